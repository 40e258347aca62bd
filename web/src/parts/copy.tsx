import { useMutation } from '@tanstack/react-query';
import { Failed } from './loaded';

/** Puts a text where it can be pasted. */
export function Copy({ text, isMain = false }: { readonly text: string; readonly isMain?: boolean }) {
  const copying = useMutation({ mutationFn: () => navigator.clipboard.writeText(text) });
  return (
    <>
      <button type="button" className={isMain ? 'main' : undefined} onClick={() => copying.mutate()}>
        {copying.isSuccess ? 'Copied' : 'Copy'}
      </button>
      <span className="unseen" role="status">
        {copying.isSuccess ? 'Copied.' : ''}
      </span>
      {/* As on an address without TLS. */}
      {copying.error !== null && (
        <Failed error={new Error('The browser does not let a page copy here. Mark the text and copy it.')} />
      )}
    </>
  );
}
