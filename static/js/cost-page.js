// @ts-check
/** The page of a bill: its choices without loading it anew, and its charts. */
import { CostView } from "./cost.js";

if (document.getElementById("cost-body")) new CostView().shown();
