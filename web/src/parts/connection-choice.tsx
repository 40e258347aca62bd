import { useQuery } from '@tanstack/react-query';
import { connectionsQuery } from '../api/queries';
import { useFilter } from './address';
import { Choice } from './choice';

/** Which connection a list is of, as the address says it. */
export function ConnectionChoice() {
  const [connection, setConnection] = useFilter('connection');
  const connections = useQuery(connectionsQuery);
  return (
    <Choice
      id="connection"
      label="Connection"
      value={connection}
      change={setConnection}
      values={(connections.data?.connections ?? []).map(({ name }) => name)}
      nameOf={(name) => name}
    />
  );
}
