import type { RunFault } from '../api/client';

const MEANINGS: Readonly<Record<string, string>> = {
  config: 'The configuration asks for something that there is not. It does not heal by itself.',
  auth: 'The other side refuses the credentials. It does not heal by itself.',
  rate_limit: 'The other side wants fewer requests; what waits goes on by itself.',
  transient: 'A passing fault; it is tried again by itself.',
  source: 'The source answered wrongly, or a file is damaged.',
  destination: 'The destination refused. Bookmarks stay where they were.',
  locked: 'Another run has the connection. Nothing is to be done.',
  expectation: 'The data are not as expected; what depends on them is held.',
  data: 'More records were rejected than the error budget allows.',
  schema: 'The shape of the data changed in a way that its rule forbids.',
  internal: 'A bug of Tributary. Please report it with the log.',
};

/** An error: its class, what happened, and the next step. */
export function Fault({ error, where }: { readonly error: RunFault; readonly where?: string | undefined }) {
  return (
    <div className="notice bad">
      <p className="notice-title">
        <span className="badge bad">{error.kind}</span>
        {where ?? error.stream}
      </p>
      <p>{error.message}</p>
      <p className="small muted">{MEANINGS[error.kind] ?? ''}</p>
      {error.hint !== undefined && (
        <p className="next">
          <strong>Next step:</strong> {error.hint}
        </p>
      )}
    </div>
  );
}
