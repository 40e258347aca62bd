import { useEffect, useRef } from 'react';
import type { NamedPart } from './narrowed';
import { useView } from './view';

/** How deep the page is, and the way up. */
export function Crumbs({ parts }: { readonly parts: readonly NamedPart[] }) {
  const { cross, clear } = useView();
  const nav = useRef<HTMLElement>(null);
  const at = parts.map(({ key, value }) => `${key} ${value}`).join();
  const before = useRef(at);
  useEffect(() => {
    if (before.current === at) return;
    before.current = at;
    // What was pressed may be gone with the table it stood in: who uses the keyboard goes on from here.
    if (document.activeElement === document.body) nav.current?.focus();
  }, [at]);
  return (
    <nav aria-label="Chosen" className="chosen-parts" ref={nav} tabIndex={-1}>
      <ol>
        <li>
          <button type="button" className="plain" onClick={clear}>
            All
          </button>
        </li>
        {parts.map(({ key, value, label, name }, index) => (
          <li key={key}>
            {index < parts.length - 1 ? (
              <button type="button" className="plain" onClick={() => cross({ [key]: value })}>
                {label}: {name}
              </button>
            ) : (
              <strong aria-current="true">
                {label}: {name}
              </strong>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
