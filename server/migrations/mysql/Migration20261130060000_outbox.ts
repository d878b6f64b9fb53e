import { Migration } from '@mikro-orm/migrations';

/** What is told to people, until it is delivered. */
export class Migration20261130060000_outbox extends Migration {
  override up(): void {
    this.addSql(`
      create table \`outbox\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`channel\` varchar(64) not null,
        \`dedupe_key\` varchar(255) not null,
        \`made_at\` datetime(3) not null,
        \`next_attempt_at\` datetime(3) not null,
        \`attempts\` int not null default 0,
        \`failing_since\` datetime(3) null,
        \`last_error\` text null,
        \`refused_at\` datetime(3) null,
        \`delivered_at\` datetime(3) null,
        \`given_up_at\` datetime(3) null,
        \`notification\` longtext not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `outbox` add unique `outbox_dedupe_unique` (`dedupe_key`, `channel`)');
    this.addSql(
      'alter table `outbox` add index `outbox_by_end` (`delivered_at`, `given_up_at`, `channel`, `refused_at`, `id`)',
    );
    this.addSql('alter table `outbox` add index `outbox_by_channel` (`channel`, `delivered_at`, `given_up_at`)');
  }

  override down(): void {
    this.addSql('drop table if exists `outbox`');
  }
}
