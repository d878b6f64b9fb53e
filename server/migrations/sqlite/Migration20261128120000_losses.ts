import { Migration } from '@mikro-orm/migrations';

const COLUMNS = [
  '`shrunk_from` text null',
  '`accepted_at` datetime null',
  '`accepted_by` text null',
  '`accepted_for` text null',
];

/** A loss of a complete backup, and who accepted it. */
export class Migration20261128120000_losses extends Migration {
  override up(): void {
    for (const column of COLUMNS) this.addSql(`alter table \`backups\` add column ${column}`);
    this.addSql('create index `backups_by_loss` on `backups` (`shrunk_from`, `accepted_at`, `database_id`)');
  }

  override down(): void {
    this.addSql('drop index `backups_by_loss`');
    for (const column of COLUMNS.toReversed())
      this.addSql(`alter table \`backups\` drop column ${column.split(' ', 1)[0]}`);
  }
}
