import { Migration } from '@mikro-orm/migrations';

/** Backups are sorted by the time of their name, but by that of the receipt where the name is of the future. */
export class Migration20261128000000_sort_time extends Migration {
  override up(): void {
    this.addSql('alter table `backups` add `sorted_at` datetime null');
    // A cast would round the milliseconds.
    this.addSql(`
      update \`backups\` set \`sorted_at\` =
        case when \`taken_at\` > \`received_at\` + interval 15 minute
          then date_format(\`received_at\`, '%Y-%m-%d %H:%i:%s') else \`taken_at\` end`);
    this.#replaceIndexes('taken_at', 'sorted_at');
  }

  override down(): void {
    this.#replaceIndexes('sorted_at', 'taken_at');
    this.addSql('alter table `backups` drop column `sorted_at`');
  }

  /** In one statement: one pass over the table. */
  #replaceIndexes(from: string, to: string): void {
    this.addSql(`
      alter table \`backups\`
        drop index \`backups_database_id_${from}_id_index\`,
        drop index \`backups_by_state_and_database\`,
        drop index \`backups_by_time\`,
        drop index \`backups_by_state\`,
        drop index \`backups_by_damage\`,
        add index \`backups_database_id_${to}_id_index\` (\`database_id\`, \`${to}\`, \`id\`),
        add index \`backups_by_state_and_database\` (\`state\`, \`database_id\`, \`${to}\`, \`id\`),
        add index \`backups_by_time\` (\`${to}\`, \`id\`, \`database_id\`, \`state\`, \`damage\`, \`size\`, \`dump_size\`),
        add index \`backups_by_state\` (\`state\`, \`${to}\`, \`id\`),
        add index \`backups_by_damage\` (\`damage\`, \`${to}\`, \`id\`)`);
  }
}
