import { Migration } from '@mikro-orm/migrations';

export class Migration20261124000000_backups extends Migration {
  override up(): void {
    this.addSql(`
      create table \`databases\` (
        \`id\` integer not null primary key autoincrement,
        \`name\` text not null
      )`);
    this.addSql('create unique index `databases_name_unique` on `databases` (`name`)');
    this.addSql(`
      create table \`backups\` (
        \`id\` integer not null primary key autoincrement,
        \`database_id\` integer not null,
        \`file_name\` text not null,
        \`taken_at\` datetime not null,
        \`received_at\` datetime not null,
        \`size\` bigint not null,
        \`sha256\` text not null,
        constraint \`backups_database_id_foreign\` foreign key (\`database_id\`) references \`databases\` (\`id\`)
      )`);
    this.addSql('create unique index `backups_file_name_unique` on `backups` (`file_name`)');
    this.addSql('create index `backups_database_id_taken_at_id_index` on `backups` (`database_id`, `taken_at`, `id`)');
  }

  override down(): void {
    this.addSql('drop table if exists `backups`');
    this.addSql('drop table if exists `databases`');
  }
}
