import { useMutation } from '@tanstack/react-query';
import { fetchFile, keptToken } from '../api/token';
import { Failed } from './loaded';

interface DownloadProps {
  readonly address: string;
  readonly name: string;
  readonly children: string;
}

export function Download({ address, name, children }: DownloadProps) {
  const fetching = useMutation({ mutationFn: () => fetchFile(address, name) });
  return (
    <>
      <a
        className="button"
        href={address}
        download={name}
        onClick={(event) => {
          if (keptToken() === undefined) return;
          event.preventDefault();
          if (!fetching.isPending) fetching.mutate();
        }}
      >
        {children}
        {/* A large month takes a while as a PDF, and the browser shows nothing of it before the whole is there. */}
        {fetching.isPending && ' …'}
      </a>
      {fetching.error !== null && <Failed error={fetching.error} />}
    </>
  );
}
