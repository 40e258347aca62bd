// Runs in the page of the report, which is whole without it: sorts and searches tables, shows the figures of one part, and reads
// days off the graph. Every number that it shows is copied from a table of the page, so there is nothing to disagree.
(() => {
  /** @type {<T extends Element = HTMLElement>(query: string, within?: ParentNode) => T[]} */
  const all = (query, within = document) => /** @type {any} */ ([...within.querySelectorAll(query)]);
  /** @type {(tag: string, attributes?: Record<string, string>, ...content: (string | Node)[]) => HTMLElement} */
  const element = (tag, attributes = {}, ...content) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...content);
    return made;
  };
  const tables = new Map(all('table[data-table]').map((table) => [table.dataset['table'] ?? '', table]));
  /** @param {HTMLElement} table */
  const rowsOf = (table) => all('tbody tr', table);
  /** @param {HTMLElement} row */
  const headOf = (row) => (row.querySelector('th bdi') ?? row.querySelector('th'))?.textContent ?? '';
  const live = element('p', { class: 'live', role: 'status' });
  document.querySelector('main')?.append(live);

  sortable();
  searchable('campaign');
  chooser();
  readable();

  /** A head of a column orders its rows; what is no number comes last, whichever way. */
  function sortable() {
    for (const table of tables.values())
      all('thead th', table).forEach((head, column) => {
        const button = element('button', { type: 'button', class: 'sort' }, head.textContent ?? '');
        head.replaceChildren(button);
        button.addEventListener('click', () => {
          const isFirst = column === 0;
          const now = head.getAttribute('aria-sort');
          const order = now === null ? (isFirst ? 'ascending' : 'descending') : now === 'ascending' ? 'descending' : 'ascending';
          for (const other of all('thead th', table)) other.removeAttribute('aria-sort');
          head.setAttribute('aria-sort', order);
          const sign = order === 'ascending' ? 1 : -1;
          const rows = rowsOf(table).map((row) => ({ row, value: valueOf(row, column) }));
          rows.sort((left, right) => compared(left.value, right.value, sign));
          table.querySelector('tbody')?.append(...rows.map(({ row }) => row));
          live.textContent = `${button.textContent}: ${order}.`;
        });
      });
  }

  /** @param {HTMLElement} row @param {number} column */
  function valueOf(row, column) {
    const cell = row.children[column];
    const data = cell?.querySelector('data');
    return data === null || data === undefined ? (cell?.textContent ?? '') : Number(data.value);
  }

  /** @param {string | number} left @param {string | number} right @param {number} sign */
  function compared(left, right, sign) {
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    if (typeof left === 'number') return -1;
    if (typeof right === 'number') return 1;
    return sign * left.localeCompare(right, 'en');
  }

  /** @param {string} id */
  function searchable(id) {
    const table = tables.get(id);
    if (table === undefined || rowsOf(table).length < 8) return;
    const input = /** @type {HTMLInputElement} */ (element('input', { type: 'search', id: `search-${id}` }));
    input.addEventListener('input', () => {
      const wanted = input.value.trim().toLowerCase();
      const rows = rowsOf(table);
      for (const row of rows) row.hidden = !(row.querySelector('th')?.textContent ?? '').toLowerCase().includes(wanted);
      live.textContent = `${rows.filter(({ hidden }) => !hidden).length} of ${rows.length} shown.`;
    });
    table.parentElement?.before(
      element('p', { class: 'search' }, element('label', { for: input.id }, 'Find a campaign '), input),
    );
  }

  /** The figures of one campaign, region, segment or channel beside those of all; the choice stands in the address. */
  function chooser() {
    const cards = document.querySelector('.cards');
    if (cards === null) return;
    const panel = element('section', { class: 'chosen', 'aria-label': 'Figures of a part', hidden: '' });
    const form = element('form', { class: 'choose' });
    const selects = all('table[data-table]')
      .map((table) => table.dataset['table'] ?? '')
      .filter((id) => ['campaign', 'region', 'segment', 'channel'].includes(id))
      .map((id) => {
        const label = tables.get(id)?.querySelector('thead th')?.textContent ?? id;
        const rows = rowsOf(/** @type {HTMLElement} */ (tables.get(id)));
        const select = /** @type {HTMLSelectElement} */ (element('select', { id: `choose-${id}`, 'data-of': id }));
        select.append(new Option('All', ''), ...rows.map((row, place) => new Option(nameOf(row), String(place))));
        select.addEventListener('change', () => {
          for (const other of selects) if (other !== select) other.value = '';
          const row = rows[Number(select.value)];
          history.replaceState(null, '', select.value === '' || row === undefined ? '#' : `#${id}=${encodeURIComponent(nameOf(row))}`);
          choose(select.value === '' ? undefined : row);
        });
        form.append(element('p', {}, element('label', { for: select.id }, label), select));
        return select;
      });
    form.addEventListener('submit', (event) => event.preventDefault());
    if (selects.length === 0) return;
    cards.before(form, panel);
    const follow = () => {
      const [id, name = ''] = location.hash.slice(1).split('=');
      const select = selects.find(({ dataset }) => dataset['of'] === id);
      const table = tables.get(id ?? '');
      const wanted = decoded(name);
      const option = select === undefined ? undefined : [...select.options].find(({ text }) => text === wanted);
      for (const other of selects) other.value = other === select && option !== undefined ? option.value : '';
      choose(option === undefined || option.value === '' || table === undefined ? undefined : firstOrder.get(table)?.[Number(option.value)]);
    };
    const firstOrder = new Map([...tables.values()].map((table) => [table, rowsOf(table)]));
    addEventListener('hashchange', follow);
    follow();

    /** @param {HTMLElement | undefined} row */
    function choose(row) {
      for (const marked of all('tr.marked')) marked.classList.remove('marked');
      panel.hidden = row === undefined;
      if (row === undefined) return panel.replaceChildren();
      row.classList.add('marked');
      const labels = all('thead th', /** @type {HTMLElement} */ (row.closest('table'))).map(({ textContent }) => textContent ?? '');
      const list = element('dl', {});
      [...row.children].slice(1).forEach((cell, index) => {
        const value = element('dd');
        value.append(...[...cell.childNodes].map((node) => node.cloneNode(true)));
        list.append(element('div', {}, element('dt', {}, labels[index + 1] ?? ''), value));
      });
      panel.replaceChildren(element('h2', {}, nameOf(row)), list);
      live.textContent = `Figures of ${nameOf(row)}.`;
    }
  }

  /** @param {HTMLElement} row */
  function nameOf(row) {
    const detail = row.querySelector('th .small')?.textContent;
    return detail === null || detail === undefined ? headOf(row) : `${headOf(row)} (${detail})`;
  }

  /** @param {string} text */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return '';
    }
  }

  /** A day of the graph under the pointer, or chosen by the arrow keys, is told with its figures; panels can be left out. */
  function readable() {
    const figure = /** @type {HTMLElement | null} */ (document.querySelector('figure[data-days]'));
    const table = tables.get('day');
    if (figure === null || table === undefined) return;
    const rows = new Map(rowsOf(table).map((row) => [row.querySelector('th')?.textContent ?? '', row]));
    const days = Number(figure.dataset['days']);
    const month = figure.dataset['month'] ?? '';
    const labels = all('thead th', table).map(({ textContent }) => textContent ?? '');
    const readout = element('p', { class: 'readout' }, 'Point at a day, or use the arrow keys.');
    const slider = element('div', {
      class: 'days',
      role: 'slider',
      tabindex: '0',
      'aria-label': 'Day of the graph',
      'aria-valuemin': '1',
      'aria-valuemax': String(days),
      'aria-valuenow': '1',
      'aria-valuetext': 'none',
    });
    figure.before(slider);
    slider.append(readout);
    let chosen = 0;
    /** @param {number} day */
    const show = (day) => {
      chosen = Math.min(Math.max(day, 1), days);
      const date = `${month}-${String(chosen).padStart(2, '0')}`;
      const cells = [...(rows.get(date)?.children ?? [])].slice(1);
      const told =
        cells.length < 2
          ? 'no data'
          : cells.map((cell, index) => `${labels[index + 1]} ${cell.textContent}`).join(', ');
      readout.textContent = `${date}: ${told}`;
      slider.setAttribute('aria-valuenow', String(chosen));
      slider.setAttribute('aria-valuetext', readout.textContent);
      for (const svg of all('svg', figure)) mark(/** @type {any} */ (svg));
    };
    /** @param {SVGSVGElement} svg */
    const mark = (svg) => {
      const { width, height } = svg.viewBox.baseVal;
      const line = svg.querySelector('.at') ?? svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'line'));
      const x = String(48 + ((width - 60) * (chosen - 0.5)) / days);
      for (const [name, value] of Object.entries({ class: 'at', x1: x, x2: x, y1: '28', y2: String(height - 30) }))
        line.setAttribute(name, value);
    };
    figure.addEventListener('pointermove', (event) => {
      const svg = /** @type {Element} */ (event.target).closest?.('svg');
      if (svg === null || svg === undefined) return;
      const { left, width } = svg.getBoundingClientRect();
      const inner = /** @type {SVGSVGElement} */ (svg).viewBox.baseVal.width;
      const x = ((event.clientX - left) / width) * inner;
      show(Math.ceil(((x - 48) / (inner - 60)) * days));
    });
    slider.addEventListener('keydown', (event) => {
      const next = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 1, End: days }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      show(next);
    });
    const toggles = element('p', { class: 'toggles', role: 'group', 'aria-label': 'Shown in the graph' });
    for (const key of new Set(all('[data-panel]', figure).map((panel) => panel.dataset['panel'] ?? ''))) {
      const panels = all(`[data-panel="${key}"]`, figure);
      const button = element('button', { type: 'button', 'aria-pressed': 'true' }, panels[0]?.dataset['label'] ?? key);
      button.addEventListener('click', () => {
        const isShown = button.getAttribute('aria-pressed') === 'true';
        button.setAttribute('aria-pressed', String(!isShown));
        for (const panel of panels) panel.hidden = isShown;
      });
      toggles.append(button);
    }
    slider.before(toggles);
  }
})();
