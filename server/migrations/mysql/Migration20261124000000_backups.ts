import { Migration } from '@mikro-orm/migrations';

export class Migration20261124000000_backups extends Migration {
  override up(): void {
    this.addSql(`
      create table \`databases\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`name\` varchar(64) not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `databases` add unique `databases_name_unique` (`name`)');
    this.addSql(`
      create table \`backups\` (
        \`id\` int unsigned not null auto_increment primary key,
        \`database_id\` int unsigned not null,
        \`file_name\` varchar(255) not null,
        \`taken_at\` datetime not null,
        \`received_at\` datetime(3) not null,
        \`size\` bigint not null,
        \`sha256\` varchar(64) not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
    this.addSql('alter table `backups` add unique `backups_file_name_unique` (`file_name`)');
    this.addSql(
      'alter table `backups` add index `backups_database_id_taken_at_id_index` (`database_id`, `taken_at`, `id`)',
    );
    this.addSql(
      'alter table `backups` add constraint `backups_database_id_foreign` foreign key (`database_id`) references `databases` (`id`)',
    );
  }

  override down(): void {
    this.addSql('drop table if exists `backups`');
    this.addSql('drop table if exists `databases`');
  }
}
