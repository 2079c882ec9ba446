// Scrolls the page so that this place is at the top, each time `visits` goes up, and keeps the keys
// of JupyterLab out of the workbench: there an "m" typed in a list would turn the cell into text.
// Escape shuts the card of a person and goes back to where the keyboard was before.
export default {
  render({ model, el }) {
    const visit = () => el.scrollIntoView({ block: "start" });
    let root = null;
    let before = null;
    const guard = (event) => {
      // JupyterLab looks for this on the very element that has the focus.
      event.target.setAttribute("data-lm-suppress-shortcuts", "true");
      if (!event.target.closest(".wb-sheet")) before = event.target;
    };
    const shut = (event) => {
      const button = root.querySelector(".wb-sheet > .widget-button");
      // Out of sight it has no offset parent.
      if (event.key !== "Escape" || !button?.offsetParent) return;
      button.click();
      before?.focus({ preventScroll: true });
    };
    // The view is put into the page some frames after it is made.
    const claim = (frames) => {
      root = el.closest(".wb");
      if (root) {
        root.addEventListener("focusin", guard);
        root.addEventListener("keydown", shut);
      } else if (frames > 0) requestAnimationFrame(() => claim(frames - 1));
    };
    model.on("change:visits", visit);
    claim(300);
    return () => {
      model.off("change:visits", visit);
      root?.removeEventListener("focusin", guard);
      root?.removeEventListener("keydown", shut);
    };
  },
};
