import { Migration } from '@mikro-orm/migrations';

/** The indexes that begin or go on with the time, each with the column in which they hold it left open. */
const INDEXES: Record<string, (time: string) => string> = {
  backups_by_state_and_database: time => `\`state\`, \`database_id\`, \`${time}\`, \`id\``,
  backups_by_time: time => `\`${time}\`, \`id\`, \`database_id\`, \`state\`, \`damage\`, \`size\`, \`dump_size\``,
  backups_by_state: time => `\`state\`, \`${time}\`, \`id\``,
  backups_by_damage: time => `\`damage\`, \`${time}\`, \`id\``,
};

/** Backups are sorted by the time of their name, but by that of the receipt where the name is of the future. */
export class Migration20261128000000_sort_time extends Migration {
  override up(): void {
    this.addSql('alter table `backups` add column `sorted_at` datetime null');
    this.addSql(`
      update \`backups\` set \`sorted_at\` =
        case when \`taken_at\` > \`received_at\` + 900000 then \`received_at\` / 1000 * 1000 else \`taken_at\` end`);
    this.#replaceIndexes('taken_at', 'sorted_at');
  }

  override down(): void {
    this.#replaceIndexes('sorted_at', 'taken_at');
    this.addSql('alter table `backups` drop column `sorted_at`');
  }

  #replaceIndexes(from: string, to: string): void {
    this.addSql(`drop index \`backups_database_id_${from}_id_index\``);
    this.addSql(
      `create index \`backups_database_id_${to}_id_index\` on \`backups\` (\`database_id\`, \`${to}\`, \`id\`)`,
    );
    for (const [name, columns] of Object.entries(INDEXES)) {
      this.addSql(`drop index \`${name}\``);
      this.addSql(`create index \`${name}\` on \`backups\` (${columns(to)})`);
    }
  }
}
