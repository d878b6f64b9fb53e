import { Migration } from '@mikro-orm/migrations';

/** Browsers that have signed in to the dashboard. */
export class Migration20261130070000_sessions extends Migration {
  override up(): void {
    this.addSql(`
      create table \`sessions\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`hash\` varchar(64) not null,
        \`token_hash\` varchar(64) not null,
        \`token\` varchar(255) not null,
        \`created_at\` datetime(3) not null,
        \`last_seen_at\` datetime(3) not null,
        \`address\` varchar(64) not null,
        \`browser\` varchar(200) not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `sessions` add unique `sessions_hash_unique` (`hash`)');
    this.addSql('alter table `sessions` add index `sessions_by_token` (`token_hash`, `id`)');
    this.addSql('alter table `sessions` add index `sessions_by_last_seen` (`last_seen_at`)');
  }

  override down(): void {
    this.addSql('drop table if exists `sessions`');
  }
}
