import { Migration } from '@mikro-orm/migrations';

/** What the service does by itself, and when it did it last. */
export class Migration20261130000000_jobs extends Migration {
  override up(): void {
    this.addSql(`
      create table \`jobs\` (
        \`name\` text not null,
        \`plan\` text not null,
        \`next_at\` datetime null,
        \`last_started_at\` datetime null,
        \`last_ended_at\` datetime null,
        \`last_error\` text null,
        \`taken\` text not null,
        primary key (\`name\`)
      )`);
  }

  override down(): void {
    this.addSql('drop table if exists `jobs`');
  }
}
