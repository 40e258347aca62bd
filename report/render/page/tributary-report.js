// The element <tributary-report src="https://HOST/embed/LINK">: shows the report of a link in the page that it stands in, as high as it is.
(() => {
  if (customElements.get('tributary-report') !== undefined) return;
  customElements.define(
    'tributary-report',
    class extends HTMLElement {
      static observedAttributes = ['src', 'title'];
      /** @type {HTMLIFrameElement} */
      #frame = document.createElement('iframe');
      /** @param {MessageEvent} event */
      #listen = (event) => {
        if (event.source !== this.#frame.contentWindow || event.data?.type !== 'tributary-report:height') return;
        const height = Number(event.data.height);
        if (height > 0 && height < 100_000) this.#frame.style.height = `${height}px`;
      };

      connectedCallback() {
        // It gets no rights of this page, and none of the host beside it.
        this.#frame.setAttribute('sandbox', 'allow-scripts');
        this.#frame.setAttribute('referrerpolicy', 'no-referrer');
        Object.assign(this.#frame.style, { display: 'block', width: '100%', height: '600px', border: '0' });
        if (this.shadowRoot === null) this.attachShadow({ mode: 'open' }).append(this.#frame);
        this.style.display = 'block';
        addEventListener('message', this.#listen);
        this.attributeChangedCallback();
      }

      disconnectedCallback() {
        removeEventListener('message', this.#listen);
      }

      attributeChangedCallback() {
        if (!this.isConnected) return;
        this.#frame.title = this.getAttribute('title') ?? 'Real-time Campaign Performance Overview';
        const src = this.getAttribute('src') ?? '';
        if (this.#frame.getAttribute('src') !== src) this.#frame.setAttribute('src', src);
      }
    },
  );
})();
