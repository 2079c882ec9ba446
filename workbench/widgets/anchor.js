// Scrolls the page so that this place is at the top, each time `visits` goes up.
export default {
  render({ model, el }) {
    const visit = () => el.scrollIntoView({ block: "start" });
    model.on("change:visits", visit);
    return () => model.off("change:visits", visit);
  },
};
