import { Migration } from '@mikro-orm/migrations';

const INDEXES = {
  backups_by_state_and_database: '`state`, `database_id`, `taken_at`, `id`',
  backups_by_time: '`taken_at`, `id`, `database_id`, `state`, `damage`, `size`, `dump_size`',
  backups_by_state: '`state`, `taken_at`, `id`',
  backups_by_damage: '`damage`, `taken_at`, `id`',
  backups_by_size: '`size`, `id`',
  backups_by_database_and_size: '`database_id`, `size`, `id`',
};

/** For what GraphQL asks of all databases together. */
export class Migration20261127000000_fleet extends Migration {
  override up(): void {
    this.addSql('drop index `backups_database_id_state_taken_at_id_index`');
    for (const [name, columns] of Object.entries(INDEXES))
      this.addSql(`create index \`${name}\` on \`backups\` (${columns})`);
  }

  override down(): void {
    for (const name of Object.keys(INDEXES).toReversed()) this.addSql(`drop index \`${name}\``);
    this.addSql(
      'create index `backups_database_id_state_taken_at_id_index` on `backups` (`database_id`, `state`, `taken_at`, `id`)',
    );
  }
}
