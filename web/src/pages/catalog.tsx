import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Answer } from '../api/client';
import { catalogQuery, schemaChangesQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Empty, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { countText, words } from '../parts/text';
import { Heads } from '../parts/heads';

/** What the source of a connection offers, and how the columns of its tables have changed. */
export function CatalogPage({ name }: { readonly name: string }) {
  const catalog = useQuery(catalogQuery(name));
  return (
    <Page
      title={`Catalog of ${name}`}
      crumbs={
        <>
          <Link href="/">Overview</Link> / <Link href={`/connections/${encodeURIComponent(name)}`}>{name}</Link>
        </>
      }
      about="The streams that its source offers now. To show them the source is asked, which may take a moment."
    >
      <Loaded query={catalog}>
        {({ streams }) => (
          <ul className="progress">
            {streams.map(({ stream, summary, is_read, primary_key, cursor, sync_modes, fields }) => (
              <li key={stream}>
                <details>
                  <summary>
                    <strong>{stream}</strong> <span className="muted">{is_read ? 'is read' : 'is not read'}</span>{' '}
                    <span className="small muted">
                      {countText(fields.length)} {fields.length === 1 ? 'column' : 'columns'};{' '}
                      {primary_key.length === 0 ? 'no key' : `key ${primary_key.join(', ')}`};{' '}
                      {cursor === null ? '' : `cursor ${cursor}; `}
                      {sync_modes.map(words).join(', ')}
                    </span>
                  </summary>
                  <p className="small">{summary}</p>
                  <table className="folds">
                    <caption className="unseen">Columns of {stream}</caption>
                    <Heads columns={['Column', 'Type', 'May be null', 'Meaning']} />
                    <tbody>
                      {fields.map((field) => (
                        <tr key={field.name}>
                          <th scope="row">
                            <code>{field.name}</code>
                          </th>
                          <td data-label="Type">{field.type}</td>
                          <td data-label="May be null">{field.nullable ? 'yes' : 'no'}</td>
                          <td data-label="Meaning">
                            {field.description ?? ''}
                            {field.is_personal && <strong> Tells who a person is.</strong>}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </details>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <Changes name={name} />
    </Page>
  );
}

type Change = Answer<'/api/connections/{name}/schema-changes', 'get', 200>['changes'][number];

export function changeText({ stream, applied, added, removed, retyped, loosened }: Change): string {
  const parts = [
    ...added.map((column) => `${column} came`),
    ...removed.map((column) => `${column} went`),
    ...retyped.map(({ name: column, from, to }) => `${column} from ${from} to ${to}`),
    ...loosened.map((column) => `${column} may be null`),
  ];
  return `${stream}: ${parts.join(', ')}${applied ? '' : ' (not allowed by its rule)'}`;
}

function Changes({ name }: { readonly name: string }) {
  const changes = useQuery(schemaChangesQuery(name));
  return (
    <Part
      title="How columns have changed"
      lead="As runs found it, the latest first. What a stream's rule did not allow was not done."
    >
      <Loaded query={changes}>
        {(data) =>
          data.changes.length === 0 ? (
            <Empty>No column has changed since its table was made.</Empty>
          ) : (
            <ul className="listed">
              {data.changes.map((change) => (
                <li key={`${change.run} ${change.stream} ${change.at}`}>
                  <Link href={`/runs/${change.run}`}>
                    <Moment at={change.at} isWhole />
                  </Link>{' '}
                  {changeText(change)}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Part>
  );
}
