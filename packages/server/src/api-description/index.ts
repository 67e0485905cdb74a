export { ApiDescriptionModule } from './api-description.module.js';
