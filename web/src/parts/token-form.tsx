import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keepToken } from '../api/token';

/** Where the host wants to know who asks. */
export function TokenForm({ message, canLogIn }: { readonly message: string; readonly canLogIn: boolean }) {
  const [token, setToken] = useState('');
  const client = useQueryClient();
  return (
    <form
      className="notice warn"
      onSubmit={(event) => {
        event.preventDefault();
        keepToken(token.trim());
        void client.resetQueries();
      }}
    >
      <h2>This host asks who you are</h2>
      <p>{message}</p>
      {canLogIn && (
        <p className="next">
          <a href={`/login?return=${encodeURIComponent(location.pathname + location.search)}`}>Log in</a>
        </p>
      )}
      <div className="filters next">
        <div className="field">
          <label htmlFor="token">API token, kept until this tab is closed</label>
          <input
            id="token"
            type="password"
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </div>
        <button type="submit" className="main" disabled={token.trim() === ''}>
          Go on
        </button>
      </div>
    </form>
  );
}
