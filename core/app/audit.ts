import { appendFile, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConnectorError } from '../sdk/index.js';
import { verifier, type AuditHead, type Flaw } from '../security/index.js';
import type { Installation } from './installation.js';

const ANCHOR_EVERY_MS = 3_600_000;

export interface AuditVerdict {
  readonly entries: number;
  readonly anchors: number;
  readonly isKeyed: boolean;
  readonly flaws: readonly Flaw[];
}

/** Reads the whole log, against `anchor` or the file of the configuration. Throws `config` where that cannot be read. */
export async function verifyAudit({ configuration, store }: Installation, anchor?: string): Promise<AuditVerdict> {
  const { settings, loaded } = configuration;
  const file = anchor ?? settings.audit.anchor;
  const anchors = file === undefined ? [] : await readAnchors(resolve(loaded.folder, file));
  const { key } = settings.audit;
  const verifying = verifier(key, anchors);
  let entries = 0;
  const { audit } = await store();
  const head = await audit.readAll((entry) => {
    entries += 1;
    verifying.take(entry);
  });
  return { entries, anchors: anchors.length, isKeyed: key !== undefined, flaws: verifying.end(head, anchors) };
}

/** Keeps outside, every hour, how far the log goes: in the file of the configuration, and in what `told` does with it. */
export function auditAnchoring(
  { configuration, store }: Installation,
  told: (head: AuditHead) => void,
  now = Date.now,
): () => Promise<void> {
  const { settings, loaded } = configuration;
  const { anchor } = settings.audit;
  let last: { readonly at: number; readonly seq: number } | undefined;
  return async () => {
    if (last !== undefined && now() - last.at < ANCHOR_EVERY_MS) return;
    const head = await (await store()).audit.head();
    const isNew = head.seq > 0 && head.seq !== last?.seq;
    // Also where it fails: that is told once an hour.
    last = { at: now(), seq: head.seq };
    if (isNew && anchor !== undefined) {
      const line = `${JSON.stringify({ at: new Date(now()).toISOString(), ...head })}\n`;
      await appendFile(resolve(loaded.folder, anchor), line, { mode: 0o600 }).catch((cause: unknown) => {
        throw new ConnectorError('config', `The audit log could not be anchored in ${anchor}.`, {
          cause,
          hint: 'Look at `audit.anchor`: the account of the host must be able to add to that file.',
        });
      });
    }
    if (isNew) told(head);
  };
}

async function readAnchors(file: string): Promise<readonly AuditHead[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConnectorError(
      'config',
      `The anchors in ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      {
        cause,
        hint: 'A host writes them within an hour after its start. Give another file with --anchor, or remove `audit.anchor`.',
      },
    );
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const head = parsed(line);
      if (head !== undefined) return head;
      throw new ConnectorError('config', `${file}:${index + 1}: this is no anchor.`, {
        hint: 'Each line is {"at":…,"seq":…,"hash":…}, as a host wrote it.',
      });
    });
}

function parsed(line: string): AuditHead | undefined {
  try {
    const { seq, hash } = JSON.parse(line) as Partial<AuditHead>;
    return typeof seq === 'number' && typeof hash === 'string' ? { seq, hash } : undefined;
  } catch {
    return undefined;
  }
}
