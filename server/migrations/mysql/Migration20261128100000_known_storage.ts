import { Migration } from '@mikro-orm/migrations';

/** The id of the storage, by which a start sees that the right disk is mounted. */
export class Migration20261128100000_known_storage extends Migration {
  override up(): void {
    this.addSql(`
      create table \`known_storages\` (
        \`id\` varchar(36) not null primary key,
        \`since\` datetime(3) not null
      ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`);
  }

  override down(): void {
    this.addSql('drop table if exists `known_storages`');
  }
}
