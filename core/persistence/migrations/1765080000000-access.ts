import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Access1765080000000 implements MigrationInterface {
  readonly name = 'Access1765080000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tributary_store.api_token (
        id text PRIMARY KEY,
        name text NOT NULL,
        digest bytea NOT NULL,
        roles text[] NOT NULL,
        connections text[],
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        last_used_at timestamptz
      )`);
    // The hash covers detail as it was written, so it is text and no jsonb, which would order its keys.
    await runner.query(`
      CREATE TABLE tributary_store.audit (
        seq bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        object text NOT NULL,
        outcome text NOT NULL,
        detail text NOT NULL,
        hash text NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE tributary_store.audit_head (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        seq bigint NOT NULL,
        hash text NOT NULL
      )`);
    await runner.query(`INSERT INTO tributary_store.audit_head (seq, hash) VALUES (0, repeat('0', 64))`);
    await runner.query(`
      CREATE FUNCTION tributary_store.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(`
      CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON tributary_store.audit
        FOR EACH STATEMENT EXECUTE FUNCTION tributary_store.refuse_audit_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tributary_store.audit_head, tributary_store.audit, tributary_store.api_token');
    await runner.query('DROP FUNCTION tributary_store.refuse_audit_change()');
  }
}
