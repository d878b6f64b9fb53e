import { Migration } from '@mikro-orm/migrations';

/** A loss of a complete backup, and who accepted it. */
export class Migration20261128120000_losses extends Migration {
  override up(): void {
    this.addSql(`
      alter table \`backups\`
        add \`shrunk_from\` varchar(255) null,
        add \`accepted_at\` datetime(3) null,
        add \`accepted_by\` varchar(255) null,
        add \`accepted_for\` varchar(1000) null,
        add index \`backups_by_loss\` (\`shrunk_from\`, \`accepted_at\`, \`database_id\`)`);
  }

  override down(): void {
    this.addSql('alter table `backups` drop index `backups_by_loss`');
    for (const column of ['accepted_for', 'accepted_by', 'accepted_at', 'shrunk_from'])
      this.addSql(`alter table \`backups\` drop column \`${column}\``);
  }
}
