/** What answers `/plumbline help`, and an unknown command once. */
export const helpText = `Commands go into a comment's first line, from people with write permission.

| Command | Where | What it does |
| --- | --- | --- |
| \`/plumbline plan [APPLICATION]\` | pull request | plans again, or for the first time when it comes from a fork |
| \`/plumbline approve [ENVIRONMENT] [at COMMIT]\` | pull request | approves what its plan does there; not by its author, nor by whoever pushed its last commit |
| \`/plumbline unlock\` | pull request | need not wait for another pull request that changes the same application |
| \`/plumbline sync [APPLICATION]\` | merged pull request, sync failure | syncs what its merge left waiting, or tries a failed sync again |
| \`/plumbline sync --confirm-prune\` | merged pull request | the same, and deletes what left Git and waits for a person to confirm it |
| \`/plumbline rollback [APPLICATION] [to REVISION]\` | merged pull request, issue | brings an application back to what was synced before; stops a sync that is under way |
| \`/plumbline revert\` | merged pull request | opens a pull request that takes the merge out of Git |
| \`/plumbline revert [KIND/NAME]\` | drift issue | puts the cluster back to what Git says |
| \`/plumbline adopt [KIND/NAME]\` | drift issue | opens a pull request that makes Git say what the cluster has |
| \`/plumbline ignore [KIND/NAME]\` | drift issue | opens a pull request that leaves the drifted fields to the cluster from now on |
| \`/plumbline help\` | anywhere | this |

An application that is on several clusters is named \`APPLICATION@CLUSTER\`.`
