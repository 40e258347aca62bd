// Runs in the report where it stands in a frame: tells the page around it how high it is, and nothing else.
(() => {
  if (parent === window) return;
  const tell = () =>
    parent.postMessage({ type: 'tributary-report:height', height: Math.ceil(document.documentElement.getBoundingClientRect().height) }, '*');
  new ResizeObserver(tell).observe(document.documentElement);
})();
