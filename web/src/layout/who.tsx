import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../api/client';
import { meQuery } from '../api/queries';

/** Who is logged in, and the way out. A host without login, and one that is asked with a token, shows nothing. */
export function Who() {
  const { data: me } = useQuery(meQuery);
  if (me?.login !== 'session') return null;
  const logOut = async () => {
    await answerOf(api.POST('/logout', { headers: { 'Content-Type': 'application/json' } }));
    // A new page: nothing of what this one knew stays.
    location.assign('/');
  };
  return (
    <span className="who">
      {me.name}
      <button type="button" onClick={() => void logOut()}>
        Log out
      </button>
    </span>
  );
}

/** Why nobody is asked who they are. */
export function NoLogin() {
  const { data: me } = useQuery(meQuery);
  if (me?.login !== 'none') return null;
  return (
    <p className="small muted foot">
      No login is needed: this host answers on its own machine only, and whoever works there may do everything.
    </p>
  );
}
