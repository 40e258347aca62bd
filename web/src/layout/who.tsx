import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../api/client';
import { meQuery } from '../api/queries';

/** Who is logged in, and the way out; that nobody has to, where the host answers on its own machine alone. */
export function Who() {
  const { data: me } = useQuery(meQuery);
  if (me?.login === 'none')
    return (
      <span
        className="who muted"
        title="It answers on the address of its own machine only, so whoever sees this may do everything."
      >
        No login is needed on this machine
      </span>
    );
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
