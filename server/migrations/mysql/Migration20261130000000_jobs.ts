import { Migration } from '@mikro-orm/migrations';

/** What the service does by itself, and when it did it last. */
export class Migration20261130000000_jobs extends Migration {
  override up(): void {
    this.addSql(`
      create table \`jobs\` (
        \`name\` varchar(64) not null primary key,
        \`plan\` varchar(255) not null,
        \`next_at\` datetime(3) null,
        \`last_started_at\` datetime(3) null,
        \`last_ended_at\` datetime(3) null,
        \`last_error\` text null,
        \`taken\` text not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
  }

  override down(): void {
    this.addSql('drop table if exists `jobs`');
  }
}
