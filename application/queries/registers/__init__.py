"""What the house declares of its processing: activities, measures, recipients, periods (GDPR Art. 30)."""
