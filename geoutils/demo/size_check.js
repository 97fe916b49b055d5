(() => {
  // Files above the limit are refused before they are sent: the server would drop the connection.
  const check = (event) => {
    const file = event.target.files[0];
    if (!file || file.size <= MAX_BYTES) return;
    event.stopImmediatePropagation();
    event.target.value = "";
    const card = document.querySelector(".demo-about .widget-html-content") || document.querySelector(".demo-about");
    const megabytes = Math.round(file.size / 1e6).toLocaleString("en");
    card.innerHTML = '<section class="demo-card demo-message"><p></p></section>';
    card.querySelector("p").textContent =
      `The file has ${megabytes} MB; at most ${MAX_BYTES / 1e6} MB can be read.`;
  };
  const click = HTMLInputElement.prototype.click;
  HTMLInputElement.prototype.click = function () {
    if (this.type === "file") this.addEventListener("change", check, { capture: true });
    return click.call(this);
  };
})();
