import { idOf, type Fault } from './schema';

/** All that is wrong, each leading to its field. */
export const FaultList = ({ faults }: { readonly faults: readonly Fault[] }) => (
  <div className="notice bad" role="alert">
    <p className="notice-title">{faults.length === 1 ? 'One thing is' : `${faults.length} things are`} not right yet</p>
    <ul className="listed">
      {faults.map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          <a
            href={`#${idOf(path)}`}
            onClick={(event) => {
              event.preventDefault();
              document.getElementById(idOf(path))?.focus();
            }}
          >
            <code>{path}</code>
          </a>{' '}
          {message}
        </li>
      ))}
    </ul>
  </div>
);
