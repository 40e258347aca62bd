import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from '../api/client';
import { TokenForm } from './token-form';

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** What was asked for, or where it is: on its way, refused, or older than it should be. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { data, error } = query;
  if (data === undefined && error === null)
    return (
      <p className="loading" role="status">
        Loading …
      </p>
    );
  // Whose login is over sees nothing more of what was there.
  const isOver = error instanceof Problem && error.status === 401;
  if (data === undefined || isOver) return <Failed error={error} again={() => void query.refetch()} />;
  return (
    <>
      {error !== null && <Failed error={error} again={() => void query.refetch()} isOld />}
      {children(data)}
    </>
  );
}

export function Failed({
  error,
  again,
  isOld = false,
}: {
  readonly error: unknown;
  readonly again?: () => void;
  readonly isOld?: boolean;
}) {
  if (error instanceof Problem && error.status === 401)
    return <TokenForm message={error.message} canLogIn={error.canLogIn} />;
  const isRefused = error instanceof Problem && error.status === 403;
  const isMissing = error instanceof Problem && error.status === 404;
  const title = isRefused ? 'You may not see this' : isMissing ? 'There is nothing here' : 'This could not be loaded';
  return (
    <div className="notice bad" role="alert">
      <p className="notice-title">{isOld ? 'What follows is not new any more' : title}</p>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {again !== undefined && !isRefused && !isMissing && (
        <p className="next">
          <button type="button" onClick={again}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

export const Empty = ({ children }: { readonly children: ReactNode }) => <div className="empty">{children}</div>;
