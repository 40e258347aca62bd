import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../api/client';
import { replayPreviewQuery } from '../api/queries';
import { AskDialog } from '../parts/dialog';
import { Preview } from '../parts/preview';
import { countText, words } from '../parts/text';

interface ReplayDialogProps {
  readonly name: string;
  readonly close: () => void;
  readonly asked: () => void;
}

/** Reads the quarantine of a connection again, by the rules as they are now. */
export function ReplayDialog({ name, close, asked }: ReplayDialogProps) {
  const [key] = useState(() => crypto.randomUUID());
  const preview = useQuery(replayPreviewQuery(name));
  const passing = preview.data?.streams.reduce((sum, stream) => sum + stream.passing, 0) ?? 0;
  const ask = async () => {
    await answerOf(
      api.POST('/api/connections/{name}/quarantine/replay', {
        params: { path: { name } },
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      }),
    );
    asked();
  };
  return (
    <AskDialog
      title={`Replay the quarantine of ${name}`}
      verb="Ask for the replay"
      does={ask}
      close={close}
      isReady={passing > 0}
    >
      <div className="fields">
        <Preview query={preview}>
          {({ streams }) => (
            <>
              <p>
                <strong>
                  What it would do: {countText(passing)} {passing === 1 ? 'record' : 'records'} would pass now.
                </strong>{' '}
                {passing === 0
                  ? 'Correct the cause in the configuration first; this host has to be started again with it.'
                  : 'Nothing newer is overwritten, and no bookmark moves.'}
              </p>
              <ul className="listed">
                {streams.map(({ stream, records, passing: pass, failing, partial }) => (
                  <li key={stream}>
                    {stream}: {countText(pass)} of {countText(records)} would pass
                    {Object.entries(failing).map(([reason, count]) => `; ${words(reason)} ${countText(count)}`)}
                    {partial > 0 && `; ${countText(partial)} are kept in part only`}
                  </li>
                ))}
              </ul>
            </>
          )}
        </Preview>
      </div>
    </AskDialog>
  );
}
