import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loaded } from './loaded';

interface PreviewProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** What an act would do, as the host says it, before anybody says yes. */
export const Preview = <T,>({ query, children }: PreviewProps<T>) => (
  <div className="notice" role="status">
    <Loaded query={query}>{children}</Loaded>
  </div>
);

interface TypedNameProps {
  readonly name: string;
  readonly typed: string;
  readonly type: (text: string) => void;
}

/** Wanted before what cannot be taken back. */
export const TypedName = ({ name, typed, type }: TypedNameProps) => (
  <div className="field">
    <label htmlFor="typed">
      Type <code>{name}</code> to confirm
    </label>
    <input id="typed" value={typed} autoComplete="off" onChange={(event) => type(event.target.value)} />
  </div>
);
