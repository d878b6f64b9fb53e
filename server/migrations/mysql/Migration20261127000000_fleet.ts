import { Migration } from '@mikro-orm/migrations';

/** For what GraphQL asks of all databases together. */
export class Migration20261127000000_fleet extends Migration {
  override up(): void {
    this.addSql(`
      alter table \`backups\`
        drop index \`backups_database_id_state_taken_at_id_index\`,
        add index \`backups_by_state_and_database\` (\`state\`, \`database_id\`, \`taken_at\`, \`id\`),
        add index \`backups_by_time\` (\`taken_at\`, \`id\`, \`database_id\`, \`state\`, \`damage\`, \`size\`, \`dump_size\`),
        add index \`backups_by_state\` (\`state\`, \`taken_at\`, \`id\`),
        add index \`backups_by_damage\` (\`damage\`, \`taken_at\`, \`id\`),
        add index \`backups_by_size\` (\`size\`, \`id\`),
        add index \`backups_by_database_and_size\` (\`database_id\`, \`size\`, \`id\`)`);
  }

  override down(): void {
    this.addSql(`
      alter table \`backups\`
        drop index \`backups_by_database_and_size\`,
        drop index \`backups_by_size\`,
        drop index \`backups_by_damage\`,
        drop index \`backups_by_state\`,
        drop index \`backups_by_time\`,
        drop index \`backups_by_state_and_database\`,
        add index \`backups_database_id_state_taken_at_id_index\` (\`database_id\`, \`state\`, \`taken_at\`, \`id\`)`);
  }
}
