// Scrolls the page so that this place is at the top, each time `visits` goes up, and keeps the keys
// of JupyterLab out of the workbench: there an "m" typed in a list would turn the cell into text.
export default {
  render({ model, el }) {
    const visit = () => el.scrollIntoView({ block: "start" });
    // JupyterLab looks for this on the very element that has the focus.
    const guard = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
    let root = null;
    // The view is put into the page some frames after it is made.
    const claim = (frames) => {
      root = el.closest(".wb");
      if (root) root.addEventListener("focusin", guard);
      else if (frames > 0) requestAnimationFrame(() => claim(frames - 1));
    };
    model.on("change:visits", visit);
    claim(300);
    return () => {
      model.off("change:visits", visit);
      root?.removeEventListener("focusin", guard);
    };
  },
};
