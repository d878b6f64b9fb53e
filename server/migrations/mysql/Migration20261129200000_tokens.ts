import { Migration } from '@mikro-orm/migrations';

/** Who may use the service. */
export class Migration20261129200000_tokens extends Migration {
  override up(): void {
    this.addSql(`
      create table \`tokens\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`hash\` varchar(64) not null,
        \`name\` varchar(64) not null,
        \`role\` varchar(16) not null,
        \`scope\` text not null,
        \`created_at\` datetime(3) not null,
        \`expires_at\` datetime(3) null,
        \`revoked_at\` datetime(3) null,
        \`last_used_at\` datetime(3) null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `tokens` add unique `tokens_hash_unique` (`hash`)');
    this.addSql('alter table `tokens` add index `tokens_by_name` (`name`)');
  }

  override down(): void {
    this.addSql('drop table if exists `tokens`');
  }
}
