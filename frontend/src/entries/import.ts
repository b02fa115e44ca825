// Import Experiment, and the line that says what a plan can prove wherever a plan is typed.
import "../importing/import.css";

import { startPlan } from "../importing/plan";
import { startWizard } from "../importing/wizard";

startPlan();
startWizard();
