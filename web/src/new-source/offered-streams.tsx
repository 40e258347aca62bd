import type { Answer } from '../api/client';
import { countText, words } from '../parts/text';
import type { Chosen, Rule } from './connection';
import { Heads } from '../parts/heads';

type Offered = Answer<'/api/new-sources/{name}/streams', 'post', 200>['streams'][number];

interface OfferedStreamsProps {
  readonly streams: readonly Offered[];
  readonly keys: readonly string[];
  readonly chosen: Chosen;
  readonly choose: (chosen: Chosen) => void;
}

/** What the source offers; of what is chosen, what becomes of the columns that tell who a person is. */
export function OfferedStreams({ streams, keys, chosen, choose }: OfferedStreamsProps) {
  const toggle = (offered: Offered) => {
    const next = new Map(chosen);
    if (!next.delete(offered.stream)) next.set(offered.stream, rulesOf(offered));
    choose(next);
  };
  const isAll = chosen.size === streams.length;
  return (
    <>
      <p>
        <button
          type="button"
          onClick={() => choose(isAll ? new Map() : new Map(streams.map((one) => [one.stream, rulesOf(one)])))}
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
                  <Personal
                    offered={offered}
                    keys={keys}
                    rules={chosen.get(offered.stream)}
                    change={(rules) => choose(new Map(chosen).set(offered.stream, rules))}
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

const personalOf = ({ fields }: Offered) => fields.filter(({ is_personal }) => is_personal);

/** Nothing that tells who a person is lands unless somebody says so. */
const rulesOf = (offered: Offered): ReadonlyMap<string, Rule> =>
  new Map(personalOf(offered).map(({ name }) => [name, 'drop']));

interface PersonalProps {
  readonly offered: Offered;
  readonly keys: readonly string[];
  readonly rules: ReadonlyMap<string, Rule> | undefined;
  readonly change: (rules: ReadonlyMap<string, Rule>) => void;
}

function Personal({ offered, keys, rules, change }: PersonalProps) {
  if (rules === undefined || rules.size === 0) return null;
  return (
    <fieldset className="group">
      <legend>Columns of {offered.stream} that tell who a person is</legend>
      <div className="fields">
        {personalOf(offered).map(({ name }) => (
          <div className="field" key={name}>
            <label htmlFor={`protect-${offered.stream}-${name}`}>
              <code>{name}</code>
            </label>
            <select
              id={`protect-${offered.stream}-${name}`}
              value={rules.get(name)}
              onChange={({ target }) => change(new Map(rules).set(name, target.value))}
            >
              <option value="drop">is not loaded</option>
              {keys.map((key) => (
                <option key={key} value={`tokenize ${key}`}>
                  becomes a token by {key}
                </option>
              ))}
              <option value="keep">is loaded as it is</option>
            </select>
          </div>
        ))}
      </div>
    </fieldset>
  );
}
