import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Failed } from './loaded';

interface ModalProps {
  readonly title: string;
  readonly close: () => void;
  /** `shut` closes it as Escape does: the focus goes back to where it was. */
  readonly children: (shut: () => void) => ReactNode;
}

/** Above the page until it is closed. */
export function Modal({ title, close, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children(() => dialog.current?.close())}
    </dialog>
  );
}

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
export const AskDialog = ({ title, close, ...question }: AskDialogProps) => (
  <Modal title={title} close={close}>
    {(shut) => <Question {...question} done={shut} shut={shut} />}
  </Modal>
);

interface QuestionProps extends Omit<AskDialogProps, 'title' | 'close'> {
  readonly shut: () => void;
  /** It was done, and is over by that. */
  readonly done?: () => void;
}

/** What stands in a dialog that asks. */
export function Question({ verb, does, shut, done, isReady = true, children }: QuestionProps) {
  const doing = useMutation({ mutationFn: does, onSuccess: done });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) doing.mutate();
      }}
    >
      {children}
      {doing.error !== null && <Failed error={doing.error} />}
      <div className="actions">
        <button type="button" onClick={shut}>
          Not now
        </button>
        <button type="submit" className="main" disabled={!isReady || doing.isPending}>
          {doing.isPending ? 'Working …' : verb}
        </button>
      </div>
    </form>
  );
}
