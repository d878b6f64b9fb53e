import { Migration } from '@mikro-orm/migrations';

export class Migration20261124100000_proof extends Migration {
  override up(): void {
    this.addSql(`
      alter table \`backups\`
        add \`state\` varchar(16) not null default 'unverified',
        add \`findings\` longtext null,
        add \`dump_size\` bigint null,
        add \`dump_sha256\` varchar(64) null,
        add \`manifest\` longtext null,
        add \`checked_at\` datetime(3) null,
        add \`damage\` varchar(255) null,
        add index \`backups_database_id_state_taken_at_id_index\` (\`database_id\`, \`state\`, \`taken_at\`, \`id\`),
        add index \`backups_checked_at_id_index\` (\`checked_at\`, \`id\`)`);
  }

  override down(): void {
    this.addSql('alter table `backups` drop index `backups_checked_at_id_index`');
    this.addSql('alter table `backups` drop index `backups_database_id_state_taken_at_id_index`');
    for (const column of ['damage', 'checked_at', 'manifest', 'dump_sha256', 'dump_size', 'findings', 'state'])
      this.addSql(`alter table \`backups\` drop column \`${column}\``);
  }
}
