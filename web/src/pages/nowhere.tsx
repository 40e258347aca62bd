import { Link } from 'wouter';
import { Page } from '../layout/page';
import { Empty } from '../parts/loaded';

export function NowherePage() {
  return (
    <Page title="There is no such page">
      <Empty>
        Go to the <Link href="/">overview</Link>.
      </Empty>
    </Page>
  );
}
