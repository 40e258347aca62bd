import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { Failed } from './loaded';

interface AskDialogProps {
  readonly title: string;
  /** What the button that does it says. */
  readonly verb: string;
  readonly does: () => Promise<unknown>;
  readonly close: () => void;
  readonly isReady?: boolean;
  readonly children: ReactNode;
}

/** Asks before something is done. Escape and "Not now" do nothing. */
export function AskDialog({ title, verb, does, close, isReady = true, children }: AskDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const doing = useMutation({ mutationFn: does, onSuccess: close });
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="ask-title">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) doing.mutate();
        }}
      >
        <h2 id="ask-title">{title}</h2>
        {children}
        {doing.error !== null && <Failed error={doing.error} />}
        <div className="actions">
          <button type="button" onClick={close}>
            Not now
          </button>
          <button type="submit" className="main" disabled={!isReady || doing.isPending}>
            {doing.isPending ? 'Working …' : verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}
