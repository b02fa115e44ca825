// Pages of executions and experiments: styles of steps and of JSON that folds.
import "../journal/journal.css";
