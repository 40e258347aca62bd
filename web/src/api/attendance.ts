/** A page that nobody touched for so long asks by itself, which must not keep a login alive. */
const AWAY_AFTER_MS = 60_000;

let touchedAt = Date.now();
for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])
  addEventListener(event, () => (touchedAt = Date.now()), { passive: true, capture: true });

export const isUnattended = (): boolean => Date.now() - touchedAt > AWAY_AFTER_MS;
