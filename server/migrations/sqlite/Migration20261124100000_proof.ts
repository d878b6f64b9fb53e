import { Migration } from '@mikro-orm/migrations';

const COLUMNS = [
  "`state` text not null default 'unverified'",
  '`findings` longtext null',
  '`dump_size` bigint null',
  '`dump_sha256` text null',
  '`manifest` longtext null',
  '`checked_at` datetime null',
  '`damage` text null',
];

export class Migration20261124100000_proof extends Migration {
  override up(): void {
    for (const column of COLUMNS) this.addSql(`alter table \`backups\` add column ${column}`);
    this.addSql(
      'create index `backups_database_id_state_taken_at_id_index` on `backups` (`database_id`, `state`, `taken_at`, `id`)',
    );
    this.addSql('create index `backups_checked_at_id_index` on `backups` (`checked_at`, `id`)');
  }

  override down(): void {
    this.addSql('drop index `backups_checked_at_id_index`');
    this.addSql('drop index `backups_database_id_state_taken_at_id_index`');
    for (const column of COLUMNS.toReversed())
      this.addSql(`alter table \`backups\` drop column ${column.split(' ', 1)[0]}`);
  }
}
