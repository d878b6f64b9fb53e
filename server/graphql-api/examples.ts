/** What GraphiQL shows to begin with, a tab each; no line is longer than its editor is wide. docs/how-to/ask-with-graphql.md has more. */
export const EXAMPLES = [
  `# What the last night has missed: databases
# without a complete backup of the last 26
# hours, why that is so, and what to do.
query NightMissed {
  databases(
    filter: { noCompleteForHours: 26 }
    orderBy: { field: LATEST_COMPLETE_BACKUP }
  ) {
    totalCount
    nodes {
      name
      latestCompleteBackup { timestamp }
      latestBackup {
        timestamp
        state
        findings { message advice }
      }
    }
  }
}
`,
  `# The fleet: what is kept of each database,
# and which backup a restore would take.
query Fleet {
  databases(first: 1000) {
    totalCount
    nodes {
      name
      backupCount
      storedBytes
      latestCompleteBackup {
        id
        timestamp
        size
        downloadUrl
      }
    }
  }
}
`,
  `# The last thirty days, for a chart: how much
# came in, and how many databases of each day
# have no complete backup (failures).
query Month {
  statistics(days: 30) {
    databases
    backups
    bytes
    damaged
    days {
      day
      bytes
      complete
      incomplete
      unverified
      failures
    }
  }
}
`,
  `# Shows each backup at the moment when it is
# stored. The button that starts it stops it.
subscription Incoming {
  backupReceived {
    database { name }
    timestamp
    size
    state
    findings { message }
  }
}
`,
];
