import { Module } from '@nestjs/common';
import { ApiDescriptionController } from './api-description.controller.js';
import { FrontDoorController } from './front-door.controller.js';

@Module({ controllers: [FrontDoorController, ApiDescriptionController] })
export class ApiDescriptionModule {}
