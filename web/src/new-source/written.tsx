import { useMutation } from '@tanstack/react-query';
import type { Answer } from '../api/client';
import { Copy } from '../parts/copy';
import { Failed } from '../parts/loaded';
import { FaultList } from './fault-list';

export type Written = Answer<'/api/new-sources/{name}/yaml', 'post', 200>;

interface WrittenProps {
  readonly written: Written;
  readonly source: string;
  readonly connection: string;
  readonly add: () => Promise<unknown>;
}

/** The text for the configuration, the ways to get it there, and what is to be done then. */
export function WrittenText({ written, source, connection, add }: WrittenProps) {
  const { yaml, faults, missing, file, is_added: isAdded, cannot_add: cannotAdd } = written;
  const adding = useMutation({ mutationFn: add });
  if (faults.length > 0) return <FaultList faults={faults} />;
  return (
    <>
      <pre className="payload yaml" tabIndex={0} aria-label="Text for the configuration">
        {yaml}
      </pre>
      <div className="actions next">
        {!isAdded && cannotAdd === null && (
          <button type="button" className="main" disabled={adding.isPending} onClick={() => adding.mutate()}>
            Add it to {file}
          </button>
        )}
        <Copy text={yaml} />
        <a
          className="button"
          download={`${source}.yaml`}
          href={`data:application/yaml;charset=utf-8,${encodeURIComponent(yaml)}`}
        >
          Download
        </a>
      </div>
      {adding.error !== null && <Failed error={adding.error} />}
      <div className="notice more" role="status">
        <h3>{isAdded ? `It stands in ${file}. What comes next` : 'What comes next'}</h3>
        <ol className="steps">
          {!isAdded && (
            <li>
              {cannotAdd === null
                ? `Add it to ${file} here, or by hand.`
                : `${cannotAdd} Add the text to ${file} by hand.`}{' '}
              Where the file has <code>sources</code> and <code>connections</code> already, the entries go below those.
            </li>
          )}
          {missing.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              For <code>{path}</code>: {message}. Set it where the host runs.
            </li>
          ))}
          <li>
            <code>tributary validate</code> holds the file against all rules once more.
          </li>
          <li>
            Start this host, and other workers, again: they read the file when they start. Runs that are under way then
            go on from their last checkpoint.
          </li>
          <li>
            <code>tributary sync {connection}</code> runs it at once; else its schedule does. It appears in the
            overview.
          </li>
        </ol>
      </div>
    </>
  );
}
