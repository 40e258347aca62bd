import { countText, words } from '../parts/text';
import { Heads } from '../parts/heads';
import {
  columnsToDecide,
  FIRST_CHOICE,
  protectPath,
  ruleOf,
  type Chosen,
  type Offered,
  type StreamChoice,
} from './connection';
import { Labelled } from './labelled';
import type { Fault } from './schema';

interface OfferedStreamsProps {
  readonly streams: readonly Offered[];
  readonly keys: readonly string[];
  readonly chosen: Chosen;
  readonly choose: (chosen: Chosen) => void;
  readonly faults: readonly Fault[];
}

/** What the source offers; of what is chosen, how it is read and written, and what becomes of its columns. */
export function OfferedStreams({ streams, keys, chosen, choose, faults }: OfferedStreamsProps) {
  const toggle = ({ stream }: Offered) => {
    const next = new Map(chosen);
    if (!next.delete(stream)) next.set(stream, FIRST_CHOICE);
    choose(next);
  };
  const isAll = chosen.size === streams.length;
  return (
    <>
      <p>
        <button
          type="button"
          onClick={() => choose(isAll ? new Map() : new Map(streams.map(({ stream }) => [stream, FIRST_CHOICE])))}
        >
          {isAll ? 'Choose none' : `Choose all ${countText(streams.length)}`}
        </button>
      </p>
      <table className="folds">
        <caption className="unseen">Streams of the new source</caption>
        <Heads columns={['Stream', 'What it holds', 'Key', 'Read']} />
        <tbody>
          {streams.map((offered) => (
            <tr key={offered.stream}>
              <th scope="row">
                <label className="check">
                  <input type="checkbox" checked={chosen.has(offered.stream)} onChange={() => toggle(offered)} />
                  {offered.stream}
                </label>
              </th>
              <td data-label="What it holds">
                <span>
                  {offered.summary}
                  <Choices
                    offered={offered}
                    keys={keys}
                    choice={chosen.get(offered.stream)}
                    change={(choice) => choose(new Map(chosen).set(offered.stream, choice))}
                    faults={faults}
                  />
                </span>
              </td>
              <td data-label="Key">{offered.primary_key.join(', ') || <span className="none">none: appended</span>}</td>
              <td data-label="Read">
                {offered.cursor === null ? words(offered.sync_modes[0] ?? '') : `by ${offered.cursor}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface ChoicesProps {
  readonly offered: Offered;
  readonly keys: readonly string[];
  readonly choice: StreamChoice | undefined;
  readonly change: (choice: StreamChoice) => void;
  readonly faults: readonly Fault[];
}

const SYNC_WORDS: Readonly<Record<string, string>> = {
  full_refresh: 'everything each time (full_refresh)',
  incremental: 'what is new (incremental)',
};

const WRITE_WORDS: Readonly<Record<string, string>> = {
  merge: 'merged by its key (merge)',
  append: 'appended (append)',
  overwrite: 'in place of what was there (overwrite)',
};

function Choices({ offered, keys, choice, change, faults }: ChoicesProps) {
  if (choice === undefined) return null;
  const { stream, primary_key: primaryKey, sync_modes: modes } = offered;
  const at = `connection.streams.${stream}`;
  const usual = modes.includes('incremental') ? 'incremental' : 'full_refresh';
  const isWhole = (sync: string) => (sync === '' ? usual : sync) === 'full_refresh';
  const writes = [
    ...(primaryKey.length > 0 ? ['merge'] : []),
    'append',
    ...(isWhole(choice.sync) ? ['overwrite'] : []),
  ];
  const columns = columnsToDecide(offered, choice);
  const open = columns.filter((column) => ruleOf(offered, choice, column, keys) === '');
  const put = (rules: readonly (readonly [string, string])[]) =>
    change({ ...choice, rules: new Map([...choice.rules, ...rules]) });
  return (
    <>
      <details open={faults.some(({ path }) => path.startsWith(at)) || undefined}>
        <summary>
          How it is read and written<span className="unseen"> of {stream}</span>
        </summary>
        <div className="fields">
          <Labelled path={`${at}.sync`} label="sync" about="What a run reads." faults={faults}>
            {(attributes) => (
              <select
                {...attributes}
                value={choice.sync}
                onChange={({ target: { value: sync } }) =>
                  // What is read in part must not take the place of the whole.
                  change({ ...choice, sync, write: choice.write === 'overwrite' && !isWhole(sync) ? '' : choice.write })
                }
              >
                <option value="">{SYNC_WORDS[usual]}: the default</option>
                {modes.map((mode) => (
                  <option key={mode} value={mode}>
                    {SYNC_WORDS[mode] ?? mode}
                  </option>
                ))}
              </select>
            )}
          </Labelled>
          <Labelled path={`${at}.write`} label="write" about="How it gets into the table." faults={faults}>
            {(attributes) => (
              <select
                {...attributes}
                value={choice.write}
                onChange={({ target }) => change({ ...choice, write: target.value })}
              >
                <option value="">
                  {primaryKey.length > 0 ? WRITE_WORDS['merge'] : WRITE_WORDS['append']}: the default
                </option>
                {writes.map((mode) => (
                  <option key={mode} value={mode}>
                    {WRITE_WORDS[mode]}
                  </option>
                ))}
              </select>
            )}
          </Labelled>
          <label className="check">
            <input
              type="checkbox"
              checked={choice.isPhi}
              onChange={({ target }) => change({ ...choice, isPhi: target.checked })}
            />
            Its records are about persons (phi): each column of {stream} gets a rule
          </label>
        </div>
      </details>
      {columns.length > 0 && (
        <fieldset className="group">
          <legend>
            {choice.isPhi ? `Columns of ${stream}, about persons` : `Columns of ${stream} that tell who a person is`}
          </legend>
          <div className="fields">
            {columns.map((column) => (
              <Labelled key={column} path={protectPath(stream, column)} label={column} faults={faults}>
                {(attributes) => (
                  <select
                    {...attributes}
                    value={ruleOf(offered, choice, column, keys)}
                    onChange={({ target }) => put([[column, target.value]])}
                  >
                    <option value="">Choose …</option>
                    {!primaryKey.includes(column) && <option value="drop">is not loaded</option>}
                    {keys.map((key) => (
                      <option key={key} value={`tokenize ${key}`}>
                        becomes a token by {key}
                      </option>
                    ))}
                    {keys.map((key) => (
                      <option key={key} value={`encrypt ${key}`}>
                        is encrypted by {key}
                      </option>
                    ))}
                    <option value="keep">is loaded as it is</option>
                  </select>
                )}
              </Labelled>
            ))}
          </div>
          {open.length > 1 && (
            <p className="next">
              <button type="button" onClick={() => put(open.map((column) => [column, 'keep'] as const))}>
                Load the other {countText(open.length)} of {stream} as they are
              </button>
            </p>
          )}
        </fieldset>
      )}
    </>
  );
}
