import { Migration } from '@mikro-orm/migrations';

/** Backups of what a restore was about to replace: the lists tell them from the ordinary ones without reading manifests. */
export class Migration20261129100000_made_for extends Migration {
  override up(): void {
    this.addSql('alter table `backups` add column `made_for` text null');
  }

  override down(): void {
    this.addSql('alter table `backups` drop column `made_for`');
  }
}
